"use strict";
// The address of the WebSocket is that of the page: so it is right behind every proxy.
// textual.js reads it when the page has loaded.
{
  const socket = new URL("ws", window.location.href);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  socket.search = "";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = socket.href;
  document.getElementById("again").addEventListener("click", () => window.location.reload());
}
