kind: a
spec: !!timestamp x
