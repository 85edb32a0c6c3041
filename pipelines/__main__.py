"""`python -m pipelines` is the console script `lvdaitong`."""

from pipelines.command_line import main

if __name__ == "__main__":
    main()
