kind: a
spec: !!int ""
