"""The files in the throw-away process's folder: what it is given, and the two that it leaves."""

UPLOAD, REQUEST = "upload", "request.json"
DESCRIPTION, WEIGHTS = "network.json", "weights.safetensors"
