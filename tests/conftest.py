"""One torch thread, as in the workers: two beside a busy neighbour were measured many times slower."""

import torch

torch.set_num_threads(1)
