"""What tests are run with: real brokers, real databases, a clock to turn, and waiting for conditions."""
