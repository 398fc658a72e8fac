"""Small checkpoints in the ways in which rsl_rl has written them, with what PyTorch itself makes of them.

usage: torch_fixtures.py DIRECTORY        (tests/fixtures/rsl_rl; needs torch)

Writes v1.pt (model_state_dict, one Adam step), v3.pt (normalisation inside, log_std), v4.pt (actor and critic apart,
normalisation) and expected.json with observations, actions and values. The networks are random: 48 numbers in, 12 out.
"""
import json
import os
import sys
from collections import OrderedDict

import torch
from torch import nn

DIRECTORY = sys.argv[1]
INPUTS, OUTPUTS, HIDDEN = 48, 12, (8, 6)


def network(outputs, activation=nn.ELU):
    sizes, layers = (INPUTS, *HIDDEN), []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), activation()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs))


class Normaliser(nn.Module):
    """(x - mean) / (std + 0.01), with the buffers of rsl_rl."""

    def __init__(self):
        super().__init__()
        self.register_buffer("_mean", 0.5 * torch.randn(1, INPUTS))
        self.register_buffer("_var", torch.rand(1, INPUTS) + 0.2)
        self.register_buffer("_std", self._var.sqrt())
        self.register_buffer("count", torch.tensor(4096, dtype=torch.long))

    def forward(self, x):
        return (x - self._mean) / (self._std + 1e-2)


class Version1(nn.Module):
    def __init__(self):
        super().__init__()
        self.std = nn.Parameter(0.8 + 0.1 * torch.rand(OUTPUTS))
        self.actor, self.critic = network(OUTPUTS), network(1)

    def act(self, x):
        return self.actor(x)

    def value(self, x):
        return self.critic(x)


class Version3(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_std = nn.Parameter(-0.5 * torch.rand(OUTPUTS))
        self.actor, self.critic = network(OUTPUTS), network(1)
        self.actor_obs_normalizer, self.critic_obs_normalizer = Normaliser(), Normaliser()

    def act(self, x):
        return self.actor(self.actor_obs_normalizer(x))

    def value(self, x):
        return self.critic(self.critic_obs_normalizer(x))


class Distribution(nn.Module):
    def __init__(self):
        super().__init__()
        self.std_param = nn.Parameter(0.5 + 0.1 * torch.rand(OUTPUTS))


class Model4(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.obs_normalizer = Normaliser()
        if outputs > 1:
            self.distribution = Distribution()
        self.mlp = network(outputs)

    def forward(self, x):
        return self.mlp(self.obs_normalizer(x))


def adam(modules, x):
    """An optimiser that has made one step."""
    optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], lr=1e-3)
    loss = sum((m.act(x) if hasattr(m, "act") else m(x)).square().mean() for m in modules)
    loss.backward()
    optimizer.step()
    return optimizer.state_dict()


def main():
    torch.manual_seed(7)
    os.makedirs(DIRECTORY, exist_ok=True)
    x = torch.randn(6, INPUTS)
    expected = {"observations": x.tolist()}

    def keep(name, file, act, value):
        torch.save(file, os.path.join(DIRECTORY, name + ".pt"))
        with torch.no_grad():
            expected[name] = {"actions": act(x).tolist(), "values": value(x).flatten().tolist()}

    one = Version1()
    file = {"optimizer_state_dict": adam([one], x), "iter": 1500, "infos": None}
    keep("v1", {"model_state_dict": one.state_dict(), **file}, one.act, one.value)
    three = Version3()
    file = {"optimizer_state_dict": adam([three], x), "iter": 300, "infos": {"episode": {"reward": torch.tensor(1.5)}}}
    keep("v3", {"model_state_dict": three.state_dict(), **file}, three.act, three.value)
    actor, critic = Model4(OUTPUTS), Model4(1)
    file = {"actor_state_dict": actor.state_dict(), "critic_state_dict": critic.state_dict(), "iter": 10, "infos": {}}
    keep("v4", file, actor, critic)
    # what is no policy of ours: a recurrent one, halves and views, and a file that wants to run something
    memory = nn.LSTM(4, 4)
    state = OrderedDict(("memory_a.rnn." + k, v) for k, v in memory.state_dict().items())
    torch.save({"model_state_dict": state}, os.path.join(DIRECTORY, "recurrent.pt"))
    half = OrderedDict((k, v.half() if "actor.0" in k else v.double()) for k, v in one.state_dict().items())
    half["actor.2.weight"] = one.state_dict()["actor.2.weight"].t().contiguous().t()
    torch.save(half, os.path.join(DIRECTORY, "views.pt"))
    hostile = {"model_state_dict": OrderedDict(), "infos": Hostile()}
    torch.save(hostile, os.path.join(DIRECTORY, "hostile.pt"))
    with open(os.path.join(DIRECTORY, "expected.json"), "w") as out:
        json.dump(expected, out)


class Hostile:
    """What happens to be loaded by an ordinary unpickler writes a file."""

    def __reduce__(self):
        return os.system, ("touch gaitlab_was_fooled",)


main()
