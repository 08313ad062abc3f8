"""A trained model to take away: its weights as safetensors, its graph as ONNX, and the code that trains it again."""
