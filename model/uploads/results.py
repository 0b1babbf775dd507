"""The two files that the throw-away process leaves in its folder."""

DESCRIPTION, WEIGHTS = "network.json", "weights.safetensors"
