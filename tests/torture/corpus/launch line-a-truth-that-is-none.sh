kind: a
spec: !!bool x
