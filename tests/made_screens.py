"""Photographs of a screen and of paper, made: what a camera with a Bayer filter sees of a page of text."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DOTS = 6
"""Raster of one point of the screen: two columns each for red, green and blue, and a dark line below."""
FINER = 2
"""The camera's points are averaged from so many a side."""


def text_page(generator: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """Dark text on a light page."""
    image = Image.new("RGB", (width, height), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=18)
    for top in range(10, height, 28):
        draw.text((10, top), "".join(generator.choice(list("abcdefgh ijklmnopq"), width // 10)), fill=(20, 20, 20), font=font)
    return np.asarray(image)


def photograph_of(generator: np.random.Generator, page: NDArray[np.uint8], pitch: float, angle: float, blur: float,
                  is_screen: bool, size: tuple[int, int] = (1000, 800)) -> NDArray[np.uint8]:
    """A photograph of a page.

    Args:
        generator: of the noise.
        page: what the screen or the paper shows.
        pitch: points of the camera to a point of the page.
        angle: by which the camera is turned, in radians.
        blur: of the lens, as the standard deviation in points of the camera.
        is_screen: whether the page's points are made of three colours with dark lines between.
        size: of the photograph, width and height.
    """
    seen = np.repeat(np.repeat(page, DOTS, 0), DOTS, 1).astype(np.float32)
    if is_screen:
        dot = np.zeros((DOTS, DOTS, 3), np.float32)
        for channel in range(3):
            dot[:DOTS - 1, 2 * channel:2 * channel + 2, channel] = 1
        dot[DOTS - 1] = 0.1
        seen = seen * np.tile(dot, (*page.shape[:2], 1)) * 2.7
    scale = pitch / DOTS * FINER
    if scale < 1:
        seen = cv2.GaussianBlur(seen, (0, 0), 0.5 / scale).astype(np.float32)
    turned = cv2.getRotationMatrix2D((seen.shape[1] / 2, seen.shape[0] / 2), np.degrees(angle), scale)
    width, height = size[0] * FINER, size[1] * FINER
    turned[:, 2] += (width / 2 - seen.shape[1] / 2, height / 2 - seen.shape[0] / 2)
    light = cv2.GaussianBlur(cv2.warpAffine(seen, turned, (width, height), borderValue=(20, 20, 20)), (0, 0), blur * FINER)
    light = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    raw = np.clip(light + generator.normal(0, 2.0, light.shape), 0, 255).astype(np.uint8)
    mosaic = raw[:, :, 1].copy()
    mosaic[0::2, 0::2] = raw[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = raw[1::2, 1::2, 2]
    out = io.BytesIO()
    Image.fromarray(cv2.cvtColor(mosaic, cv2.COLOR_BayerBG2RGB)).save(out, "JPEG", quality=90)
    return np.asarray(Image.open(out).convert("RGB"))
