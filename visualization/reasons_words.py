"""What each way of asking why is, in words with this picture's own numbers."""

from __future__ import annotations

import numpy as np

from model import attribution_costs
from model.networks import Network
from visualization.attributions import Reasons, largest, number


def pixels(found: Reasons) -> str:
    """Of the pixels that add up, or of those that do not."""
    row, column = np.unravel_index(np.abs(found.pixels).argmax(), found.pixels.shape)
    most = (
        f"Most is given by row {row}, column {column}: {number(float(found.pixels[row, column]))}. All pixels together "
        f"give "
        f"{number(found.ink)}, all constants {number(found.fixed)}."
    )
    if found.bent:
        where = bent_words(found)
        adds = (
            f"**They do not add up here**: {where} is not of straight pieces, so that slope times value is not what "
            f"the pixels gave: {number(found.left_over)} of {found.what} is left over. Integrated gradients hold for "
            "such a network, up to the error of their sum; occlusion holds for any."
        )
    else:
        adds = (
            "This network is made of straight pieces (ReLU and its kin, the winner of each pooling): as long as the "
            "same "
            f"units are active, it is one weighted sum, and {found.what} is exactly the sum of these pixels and of the "
            f"constants, {number(found.value)}. What is left over, {abs(found.left_over):.6f}, is rounding."
        )
    return (
        f"Every pixel's value (0 to 1) times the slope of {found.what} along that pixel, by the chain rule through all "
        f"layers. A black pixel, 0, gives nothing. {most}\n\n{adds}\n\n"
        "*Gradient times input: Shrikumar et al. 2016, [arXiv:1605.01713](https://arxiv.org/abs/1605.01713). With the "
        "biases, a full sum: Srinivas and Fleuret 2019, [arXiv:1905.00780](https://arxiv.org/abs/1905.00780)*"
    )


def bent_words(found: Reasons, most: int = 4) -> str:
    """The layers that are not of straight pieces, each with what bends in it; of many the first."""
    named = [f"{layer.replace('_', ' ')} ({what})" for layer, what in found.bent]
    return ", ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")


def parts(found: Reasons) -> str:
    """Of the sum from pixels to logit."""
    shares = "; ".join(f"{name} {number(part)}" for name, part in largest(found.constants))
    over = (
        f" What is left over, {number(found.left_over)}, comes from what is not of straight pieces, "
        f"{bent_words(found)}."
        if found.bent
        else f" Nothing is left over but rounding, {abs(found.left_over):.6f}."
    )
    return (
        f"Where {found.what} = {number(found.value)} comes from: all pixels together give {number(found.ink)}; "
        f"{shares}. "
        "A layer's biases count by how strongly the logit answers to them for this picture: each bias times the slope "
        "of the logit along the sum it is added to. Of a batch normalization it is beta less the scaled mean; a relu6 "
        f"at its limit gives a constant 6, a hard sigmoid a half or one.{over}\n\n"
        "The logit is what the last layer adds up before a softmax, or a sigmoid, turns it into "
        "a probability. Slopes are computed in double precision and held against Keras's own logit in single.\n\n"
        "*Srinivas and Fleuret 2019, Full-gradient representation, "
        "[arXiv:1905.00780](https://arxiv.org/abs/1905.00780)*"
    )


def occlusion(found: Reasons, patch: int) -> str:
    """Of the blank square that is moved over the picture."""
    assert found.occlusion is not None
    row, column = np.unravel_index(found.occlusion.argmax(), found.occlusion.shape)
    return (
        f"Around every pixel in turn, a square of {patch} x {patch} pixels is made black (0), and the "
        f"network "
        f"reads the picture again, {found.occlusion.size} times. The colour says by how much {found.what} falls: most "
        f"where row {row}, column {column} is its middle, from {number(found.value)} by "
        f"{found.occlusion[row, column]:.3f}. Below zero, the logit grows once the square is gone.\n\n"
        "It asks the network itself and holds for every kind of activation, but its values do not add up: squares "
        "overlap, and a picture with a hole is one that the network never saw the like of.\n\n"
        "*Zeiler and Fergus 2014, [arXiv:1311.2901](https://arxiv.org/abs/1311.2901)*"
    )


def integrated(found: Reasons, steps: int) -> str:
    """Of the slopes on the way from black."""
    assert found.integrated is not None
    return (
        f"The slope of {found.what} along each pixel is not the same while the picture fades in. So it is averaged "
        f"over {steps} steps on the way from a black picture to this one, and multiplied by the pixel's value. All "
        f"pixels together should give the change from black, {number(found.black)}, to here, {number(found.value)}: "
        f"that is {number(found.value - found.black)}, and they give {number(float(found.integrated.sum()))}. The "
        f"difference, {abs(found.integration_error):.4f}, is the error of a sum of {steps} steps; more steps make it "
        "smaller. It holds for every differentiable network, straight or bent.\n\n"
        "*Sundararajan, Taly and Yan 2017, [arXiv:1703.01365](https://arxiv.org/abs/1703.01365)*"
    )


def grad_cam(found: Reasons) -> str:
    """Of the last convolution's weighted maps."""
    assert found.grad_cam is not None
    rows, columns = found.grad_cam.shape
    return (
        f"Each map of the last convolution, {rows} x {columns} cells, is weighed by its mean slope towards "
        f"{found.what}; "
        "the maps are added up, and what is below zero counts as 0. Large where what that layer found speaks for the "
        "class. The cells are stretched over the picture; each sees more of it than it covers. It says where, "
        "coarsely, "
        "not how much: it has no unit that adds up to the logit, and the layers behind it count by their slope "
        "alone.\n\n"
        "*Selvaraju et al. 2017, [arXiv:1610.02391](https://arxiv.org/abs/1610.02391)*"
    )


def left_out(way: str, network: Network, steps: int) -> str:
    """Why "occlusion", or "integrated" gradients of so many steps, are not there for this network."""
    found = {each.name: each for each in attribution_costs.ways(network, steps)}
    took, every = found[way], sum(each.seconds for each in found.values())
    advice = "Use smaller pictures, fewer filters, or pool earlier"
    if way == "integrated":
        advice = f"Choose fewer steps under How. {advice} where that is not enough"
    return (
        f"Left out, as it takes too long: {network.title} would read {took.pictures:,} pictures for it, about "
        f"{took.seconds:,.0f} s on two processors, and {every:,.0f} s with all other ways. Expected at most "
        f"{attribution_costs.MOST_SECONDS:.0f} s together. {advice}."
    )
