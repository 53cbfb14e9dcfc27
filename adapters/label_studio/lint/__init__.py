"""Says what is wrong with an annotation config before Label Studio does: file, line, mistake, repair."""
