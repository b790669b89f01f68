"""The registry: who polices where, venues, their contacts and their Makesafe training."""
