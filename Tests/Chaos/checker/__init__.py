"""Checks from the outside that nothing was lost and nothing done twice: it reads Kafka and the state files with clients
of its own, knows the rules on its own, and shares no code with the daemons."""
