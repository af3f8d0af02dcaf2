"""PyTorch for `tiny-step`: a small network whose step is all overhead. Arguments: table (unused), threads, eager or compile.

Eager is written as people write it. Compiled, the whole step, batch drawing and Adam included, is one function: the
fastest of six ways that were tried (compiling the loss alone, with the optimizer eager, fused or compiled on its own, is
two to three times slower).
"""

import sys

import torch
from encoded import sizes
from serve import serve, timed

torch.set_num_threads(int(sys.argv[2]))
tiny = sizes["tiny"]
rate = tiny["learningRate"]
torch.manual_seed(1)
inputs = torch.randn(tiny["rows"], tiny["features"])
targets = torch.tanh(inputs.sum(1, keepdim=True))
first, second = tiny["hidden"]
network = torch.nn.Sequential(
    torch.nn.Linear(tiny["features"], first),
    torch.nn.ReLU(),
    torch.nn.Linear(first, second),
    torch.nn.ReLU(),
    torch.nn.Linear(second, 1),
)
mean_squared_error = torch.nn.functional.mse_loss


def draw():
    rows = torch.randint(0, tiny["rows"], (tiny["batch"],))
    return inputs[rows], targets[rows]


def eager():
    adam = torch.optim.Adam(network.parameters(), lr=rate)

    def step():
        x, y = draw()
        loss = mean_squared_error(network(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss.item

    return step


def compiled():
    parameters = {name: value.detach().clone() for name, value in network.named_parameters()}
    m = {name: torch.zeros_like(value) for name, value in parameters.items()}
    v = {name: torch.zeros_like(value) for name, value in parameters.items()}
    t = torch.zeros(())

    def loss_of(parameters, x, y):
        return mean_squared_error(torch.func.functional_call(network, parameters, (x,)), y)

    def step():
        x, y = draw()
        gradients, loss = torch.func.grad_and_value(loss_of)(parameters, x, y)
        t.add_(1)
        for name, gradient in gradients.items():
            m[name].mul_(0.9).add_(gradient, alpha=0.1)
            v[name].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            change = (m[name] / (1 - 0.9**t)) / ((v[name] / (1 - 0.999**t)).sqrt() + 1e-8)
            parameters[name].sub_(rate * change)
        return loss

    step = torch.compile(step, fullgraph=True, options={"cpp_wrapper": True})

    def without_autograd():
        with torch.no_grad():
            return step().item

    return without_autograd


step = compiled() if sys.argv[3] == "compile" else eager()


def train(steps):
    for _ in range(steps):
        loss = step()
    return loss()


train(20)


def run():
    steps = tiny["stepsPerRun"]
    seconds, loss = timed(lambda: train(steps))
    return {"seconds": seconds / steps, "steps": steps, "loss": loss, "torch": torch.__version__}


serve(run)
