"""Pictures with labels between formats: how strangers' files are read, fitted, mended, told and written."""
