"use strict";
// The address of the WebSocket is that of the page: so it is right behind every proxy.
// textual.js reads it when the page has loaded.
{
  const socket = new URL("ws", window.location.href);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  socket.search = "";
  const terminal = document.getElementById("terminal").dataset;
  terminal.sessionWebsocketUrl = socket.href;
  // A phone has room for so many columns that cards and tables can be read, in letters that still can.
  if (window.innerWidth < 600 && !new URL(window.location.href).searchParams.has("fontsize")) {
    terminal.fontSize = "11";
  }
  // Keys go to the terminal from the first frame on; without this a click must come before them.
  new MutationObserver((_, observer) => {
    const keys = document.querySelector(".xterm-helper-textarea");
    if (keys && document.body.classList.contains("-first-byte")) {
      keys.focus();
      observer.disconnect();
    }
  }).observe(document.body, { attributes: true, childList: true, subtree: true });
  document.getElementById("again").addEventListener("click", () => window.location.reload());
}
