"""When each job runs, and choosing again where one found no days."""
