"""Where and when: one thin flow a verb. The only code that knows Prefect."""
