"""The house at work: durable workflows, their messages, activities, client and worker."""
