raise SystemExit("not to be run")
