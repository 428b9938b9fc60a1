"""What is planned: candidates, streets, options and limits; arrays that the solver and the calendar share."""
