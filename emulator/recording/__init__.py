"""Recording what another platform says, without the people it says it about; replaying and comparing it."""
