"""The cells against torch, against ONNX Runtime, and the hand-written backward against the plain form."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch.func import functional_call, stack_module_state, vmap

from engine.cells import GRU, LSTM, RNN, PeepholeLSTM
from engine.onnx_runtime import inference

L, B, D, H = 9, 4, 3, 5


def source(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def inputs() -> torch.Tensor:
    return torch.randn(L, B, D, dtype=torch.float64, generator=source())


def peephole_cell(scale: float = 1.0) -> PeepholeLSTM:
    cell = PeepholeLSTM(D, H).double()
    cell.reset_parameters(source(1))
    cell.weight_peephole_l0.data.mul_(scale)
    return cell


@pytest.mark.parametrize(("ours", "theirs"), [(RNN, torch.nn.RNN), (GRU, torch.nn.GRU), (LSTM, torch.nn.LSTM)])
def test_outputs_and_gradients_are_torchs(ours, theirs):
    mine, oracle = ours(D, H).double(), theirs(D, H).double()
    mine.load_state_dict(oracle.state_dict())
    results = []
    for cell in (mine, oracle):
        x = inputs().requires_grad_()
        output, state = cell(x)
        last = torch.cat(state if isinstance(state, tuple) else (state,))
        (output.square().sum() + last.sin().sum()).backward()
        results.append((output, last, x.grad, *(p.grad for p in cell.parameters())))
    for mine_, theirs_ in zip(*results, strict=True):
        torch.testing.assert_close(mine_, theirs_, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), [(RNN, torch.nn.RNN), (GRU, torch.nn.GRU)])
def test_a_given_state_is_where_it_starts_and_has_its_gradient(ours, theirs):
    mine, oracle = ours(D, H).double(), theirs(D, H).double()
    mine.load_state_dict(oracle.state_dict())
    results = []
    for cell in (mine, oracle):
        start = torch.randn(1, B, H, dtype=torch.float64, generator=source(2)).requires_grad_()
        output, _ = cell(inputs(), start)
        output.sin().sum().backward()
        results.append((output, start.grad))
    for mine_, theirs_ in zip(*results, strict=True):
        torch.testing.assert_close(mine_, theirs_, rtol=0, atol=1e-12)


def test_a_given_state_and_cell_are_where_it_starts():
    mine, oracle = LSTM(D, H).double(), torch.nn.LSTM(D, H).double()
    mine.load_state_dict(oracle.state_dict())
    start = tuple(torch.randn(1, B, H, dtype=torch.float64, generator=source(seed)) for seed in (2, 3))
    torch.testing.assert_close(mine(inputs(), start)[0], oracle(inputs(), start)[0], rtol=0, atol=1e-12)


def test_zero_peepholes_are_the_plain_lstm():
    oracle = torch.nn.LSTM(D, H).double()
    cell = PeepholeLSTM(D, H).double()
    missing = cell.load_state_dict(oracle.state_dict(), strict=False)
    assert missing.missing_keys == ["weight_peephole_l0"] and not missing.unexpected_keys
    cell.weight_peephole_l0.data.zero_()
    for mine, theirs in zip(cell(inputs())[1], oracle(inputs())[1], strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


def onnx_gru(cell: GRU, x: torch.Tensor, reset_behind: bool = True) -> np.ndarray:
    """Y of ONNX Runtime's GRU, whose gates come in the order z, r, h; the reset gate acts behind the product, or before it."""

    def gates(tensor: torch.Tensor) -> np.ndarray:
        r, z, g = tensor.detach().float().chunk(3)
        return torch.cat((z, r, g)).numpy()[None]

    values = {
        "W": gates(cell.weight_ih_l0),
        "R": gates(cell.weight_hh_l0),
        "B": np.concatenate([gates(cell.bias_ih_l0), gates(cell.bias_hh_l0)], 1),
    }
    how = {"hidden_size": H, "linear_before_reset": int(reset_behind)}
    return onnx_run(helper.make_node("GRU", ["X", "W", "R", "B"], ["Y"], **how), values, x)


def onnx_output(cell: PeepholeLSTM, x: torch.Tensor) -> np.ndarray:
    """Y of ONNX Runtime's LSTM, whose gates come in the order i, o, f, c and peepholes in i, o, f."""

    def gates(tensor: torch.Tensor) -> np.ndarray:
        i, f, g, o = tensor.detach().float().chunk(4)
        return torch.cat((i, o, f, g)).numpy()[None]

    p_i, p_f, p_o = cell.weight_peephole_l0.detach().float()
    values = {
        "W": gates(cell.weight_ih_l0),
        "R": gates(cell.weight_hh_l0),
        "B": np.concatenate([gates(cell.bias_ih_l0), gates(cell.bias_hh_l0)], 1),
        "P": torch.cat((p_i, p_o, p_f)).numpy()[None],
    }
    return onnx_run(helper.make_node("LSTM", ["X", "W", "R", "B", "", "", "", "P"], ["Y"], hidden_size=H), values, x)


def onnx_run(node: onnx.NodeProto, values: dict[str, np.ndarray], x: torch.Tensor) -> np.ndarray:
    """(L, B, H) of one node that has these weights."""
    graph = helper.make_graph(
        [node],
        "cell",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, list(x.shape))],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [L, 1, B, H])],
        [onnx.numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = inference(model.SerializeToString())
    return session.run(["Y"], {"X": x.float().numpy()})[0][:, 0]


def test_peepholes_are_onnx_runtimes():
    cell = peephole_cell()
    np.testing.assert_allclose(cell(inputs())[0].detach().numpy(), onnx_output(cell, inputs()), rtol=0, atol=5e-6)


def seeded_gru() -> GRU:
    cell = GRU(D, H).double()
    cell.reset_parameters(source(1))
    return cell


def test_the_gru_is_onnx_runtimes():
    """With the reset gate behind the product, as torch has it; before it, as in the paper, is another model."""
    output = seeded_gru()(inputs())[0].detach().numpy()
    np.testing.assert_allclose(output, onnx_gru(seeded_gru(), inputs()), rtol=0, atol=5e-6)
    assert np.abs(output - onnx_gru(seeded_gru(), inputs(), reset_behind=False)).max() > 1e-3


def test_the_oracle_refuses_the_common_mistakes():
    """An output gate on C(t-1), and peepholes in another order, are seen."""
    cell, expected = peephole_cell(), onnx_output(peephole_cell(), inputs())
    wrong = cell.steps(inputs(), output_sees_old_cell=True).h.detach().numpy()
    assert np.abs(wrong - expected).max() > 1e-3
    cell.weight_peephole_l0.data = cell.weight_peephole_l0.data.roll(1, 0)
    assert np.abs(cell(inputs())[0].detach().numpy() - expected).max() > 1e-3


@pytest.mark.parametrize("cell", [LSTM(D, H).double(), peephole_cell()], ids=["lstm", "peephole"])
def test_gradcheck(cell):
    names = [name for name, _ in cell.named_parameters()]
    start = [torch.randn(1, B, H, dtype=torch.float64, generator=source(n), requires_grad=True) for n in (4, 5)]

    def work(x, h, c, *parameters):
        output, (last, cells) = functional_call(cell, dict(zip(names, parameters, strict=True)), (x, (h, c)))
        return output, last, cells

    x = inputs()[:4].requires_grad_()
    assert torch.autograd.gradcheck(work, (x, *start, *cell.parameters()), atol=1e-6, eps=1e-6)


@pytest.mark.parametrize("cell", [RNN(D, H).double(), seeded_gru()], ids=["rnn", "gru"])
def test_gradcheck_of_one_state(cell):
    names = [name for name, _ in cell.named_parameters()]
    start = torch.randn(1, B, H, dtype=torch.float64, generator=source(4), requires_grad=True)

    def work(x, h, *parameters):
        return functional_call(cell, dict(zip(names, parameters, strict=True)), (x, h))

    x = inputs()[:4].requires_grad_()
    assert torch.autograd.gradcheck(work, (x, start, *cell.parameters()), atol=1e-6, eps=1e-6)


@pytest.mark.parametrize("cell", [RNN(D, H).double(), seeded_gru()], ids=["rnn", "gru"])
def test_the_fused_form_of_one_state_equals_the_plain_one(cell):
    x = inputs().requires_grad_()
    plain, (output, _) = cell.steps(x).h, cell(x)
    torch.testing.assert_close(output, plain, rtol=0, atol=1e-12)
    wanted = (x, *cell.parameters())
    both = (torch.autograd.grad(one.sin().sum(), wanted) for one in (output, plain))
    for mine, theirs in zip(*both, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("models", [1, 3])
def test_the_rnns_fused_form_is_plain_autograd_bit_for_bit(models):
    """What was trained before it was fused is what is trained now."""

    def plainly(parameters, rows):
        h, a = rows.new_zeros(B, H), rows @ parameters["weight_ih_l0"].T
        a, found = a + (parameters["bias_ih_l0"] + parameters["bias_hh_l0"]), []
        for a_t in a:
            h = torch.tanh(a_t + h @ parameters["weight_hh_l0"].T)
            found.append(h)
        return torch.stack(found)

    cells = [RNN(D, H, source(n)) for n in range(models)]
    x = torch.randn(models, L, B, D, generator=source(6))
    results = []
    for work in (plainly, lambda p, rows: functional_call(cells[0], p, (rows,))[0]):
        parameters, _ = stack_module_state(cells)
        output = vmap(work)(parameters, x)
        output.square().sum().backward()
        results.append((output, *(parameters[name].grad for name in sorted(parameters))))
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(*results, strict=True))


def test_the_fused_form_equals_the_plain_one():
    cell = peephole_cell()
    x = inputs().requires_grad_()
    plain = cell.steps(x)
    output, (h, c) = cell(x)
    torch.testing.assert_close(output, plain.h, rtol=0, atol=1e-12)
    torch.testing.assert_close(c[0], plain.c[-1], rtol=0, atol=1e-12)
    wanted = (x, *cell.parameters())
    fused = torch.autograd.grad(output.sin().sum() + c.square().sum(), wanted)
    slow = torch.autograd.grad(plain.h.sin().sum() + plain.c[-1].square().sum(), wanted)
    for mine, theirs in zip(fused, slow, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [RNN, GRU, LSTM, PeepholeLSTM])
def test_states_are_taken_at_the_true_length(make):
    cell = make(D, H).double()
    lengths = torch.tensor([L, 1, 4, 6])
    _, padded = cell(inputs(), lengths=lengths)
    for row, length in enumerate(lengths.tolist()):
        _, alone = cell(inputs()[:length, row : row + 1])
        pairs = zip(padded, alone, strict=True) if isinstance(padded, tuple) else [(padded, alone)]
        for whole, single in pairs:
            torch.testing.assert_close(whole[:, row], single[:, 0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [RNN, GRU, LSTM, PeepholeLSTM])
def test_stacked_models_are_each_alone(make):
    """vmap over the fused form: outputs and gradients of three models at once."""
    cells = [make(D, H).double() for _ in range(3)]
    parameters, _ = stack_module_state(cells)
    x = torch.randn(3, L, B, D, dtype=torch.float64, generator=source(6))
    together = vmap(lambda p, rows: functional_call(cells[0], p, (rows,))[0])(parameters, x)
    together.sin().sum().backward()
    for n, cell in enumerate(cells):
        output = cell(x[n])[0]
        torch.testing.assert_close(together[n], output, rtol=0, atol=1e-12)
        output.sin().sum().backward()
        for name, parameter in cell.named_parameters():
            torch.testing.assert_close(parameters[name].grad[n], parameter.grad, rtol=0, atol=1e-12)


def test_the_forget_bias_is_the_sum_of_both():
    cell = LSTM(D, H, forget_bias=3.0)
    assert torch.equal(cell.bias[H : 2 * H], torch.full((H,), 3.0))
    assert not torch.equal(cell.bias[:H], torch.full((H,), 3.0))


def test_the_forget_bias_of_a_gru_is_its_update_gates():
    cell = GRU(D, H, forget_bias=3.0)
    assert torch.equal(cell.bias[H : 2 * H], torch.full((H,), 3.0))
    assert not torch.equal(cell.bias[:H], torch.full((H,), 3.0))


def test_a_clamped_update_gate_keeps_or_forgets_all():
    """At 1 the state stands still from there on; at 0 it is the candidate alone."""
    cell = seeded_gru()
    free, hold = cell.steps(inputs()), torch.full((L, 1, H), torch.nan, dtype=torch.float64)
    ones, zeros = hold.clone(), hold.clone()
    ones[3:], zeros[3:] = 1.0, 0.0
    kept = cell.steps(inputs(), clamps={"z": ones})
    torch.testing.assert_close(kept.h[:3], free.h[:3])
    assert torch.equal(kept.h[3:], free.h[2].expand(L - 3, -1, -1))
    assert not torch.equal(kept.r[4:], free.r[4:])
    fresh = cell.steps(inputs(), clamps={"z": zeros})
    torch.testing.assert_close(fresh.h[3:], fresh.g[3:])
    deaf = cell.steps(inputs(), clamps={"r": zeros})
    torch.testing.assert_close(
        deaf.g[4], torch.tanh(inputs()[4] @ cell.weight_ih_l0[2 * H :].T + cell.bias_ih_l0[2 * H :])
    )


def test_a_clamped_gate_holds_and_the_rest_follows():
    """Forget at 1 and input at 0 freeze the belt from there on."""
    cell = peephole_cell()
    free = cell.steps(inputs())
    hold = torch.full((L, 1, H), torch.nan, dtype=torch.float64)
    ones, zeros = hold.clone(), hold.clone()
    ones[3:], zeros[3:] = 1.0, 0.0
    held = cell.steps(inputs(), clamps={"f": ones, "i": zeros})
    torch.testing.assert_close(held.c[:3], free.c[:3])
    assert torch.equal(held.c[3:], free.c[2].expand(L - 3, -1, -1))
    assert not torch.equal(held.o[4:], free.o[4:])
