"""What is asked: forms and instruments as data, one reader from answers to an Entry."""
