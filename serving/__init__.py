"""A model server for a trained recommender: it reads a bundle, and knows neither torch nor Streamlit.

    python -m serving --bundle assets/serving/million.zip

`bundle`, `funnel` and `tensors` need numpy, FAISS and ONNX Runtime alone, and answer in any process; `server` and what it
imports need KServe, in an environment of its own (`make serve`).
"""
