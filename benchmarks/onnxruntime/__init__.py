"""onnxruntime-web, the other engine that benchmarks.drawing times: its package, its model, and the page they run in."""
