"""What is learnt from: click logs and pairs, and how a text becomes numbers."""
