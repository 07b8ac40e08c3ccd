"""The simulated fleet: terminals and sensors that keep the contract, and the ledger of what they sent and heard."""
