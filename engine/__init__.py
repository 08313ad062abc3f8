"""Gatescope's engine: small versions of the real models, trained one frame at a time.

It knows neither Streamlit nor a chart library and reads well in a notebook:

    from engine.multitask import MultitaskConfig, train

    for frame in train(MultitaskConfig(correlation=0.5, seed=1)):
        print(frame.step, frame.metrics["mmoe.test_loss"].mean())
"""
