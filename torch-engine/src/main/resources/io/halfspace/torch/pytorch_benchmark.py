"""The networks of EngineBenchmark in PyTorch, timed on request.

Reads lines "NETWORK OPERATION DEVICE PRECISION BATCH" (operations: gradient, forward, parameters) and answers each with one
line: milliseconds of one run by the clock and of this thread on the processor, or the number of parameters, or "error: ...".
The first line it prints names the version.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def block(inputs, channels, stride=1, kernel=3):
    return nn.Sequential(
        nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, inputs, channels, narrows):
        super().__init__()
        stride = 2 if narrows else 1
        self.first = block(inputs, channels, stride)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)) if narrows else nn.Identity()

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.shortcut(x), inplace=True)


def residual(blocks, *widths):
    layers = [block(3, widths[0])]
    inputs = widths[0]
    for stage, width in enumerate(widths):
        for i in range(blocks):
            layers.append(Residual(inputs, width, stage > 0 and i == 0))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


def vgg16():
    layers, inputs = [], 3
    for stage in [(64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3]:
        for channels in stage:
            layers.append(block(inputs, channels))
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 512), nn.ReLU(inplace=True),
                         nn.Linear(512, 512), nn.ReLU(inplace=True), nn.Linear(512, 10))


def dense():
    return nn.Sequential(nn.Linear(784, 1024), nn.ReLU(inplace=True), nn.Linear(1024, 1024), nn.ReLU(inplace=True),
                         nn.Linear(1024, 10))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        # Deeplearning4j keeps sequences as [rows, features, steps].
        return self.output(self.lstm(x.transpose(1, 2))[0][:, -1])


NETWORKS = {
    "resnet20": (lambda: residual(3, 16, 32, 64), (3, 32, 32)),
    "resnet18": (lambda: residual(2, 64, 128, 256, 512), (3, 32, 32)),
    "vgg16-bn": (vgg16, (3, 32, 32)),
    "dense": (dense, (784,)),
    "lstm": (Lstm, (32, 50)),
    "lstm-long": (Lstm, (32, 400)),
}
made = {}


def network(name, device, batch):
    if (name, device, batch) not in made:
        torch.manual_seed(1)
        maker, shape = NETWORKS[name]
        made[name, device, batch] = (
            maker().to(device), torch.randn(batch, *shape, device=device), torch.arange(batch, device=device) % 10)
    return made[name, device, batch]


def run(name, operation, device, precision, batch):
    model, inputs, labels = network(name, device, batch)
    if operation == "parameters":
        return sum(p.numel() for p in model.parameters())
    tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    start, worked = time.perf_counter(), time.thread_time()
    with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16"):
        if operation == "gradient":
            model.train()
            model.zero_grad(set_to_none=True)
            F.cross_entropy(model(inputs), labels, reduction="sum").backward()
        else:
            model.eval()
            with torch.no_grad():
                model(inputs)
    if device != "cpu":
        torch.cuda.synchronize()
    return f"{1000 * (time.perf_counter() - start)} {1000 * (time.thread_time() - worked)}"


def main():
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {device}", flush=True)
    for line in sys.stdin:
        name, operation, device, precision, batch = line.split()
        try:
            print(run(name, operation, device, precision, int(batch)), flush=True)
        except Exception as e:  # whatever it is, the benchmark goes on without this figure
            print("error: " + str(e).splitlines()[0], flush=True)


main()
