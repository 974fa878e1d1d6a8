"""A picture is kept as the image alone; what only looks like one is not kept."""

import struct

import pytest

from samen.domain.picture import MOST_BYTES, NoPicture, picture
from support.pictures import GPS, chunk, exif, jpeg, png, riff, segment, webp

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def test_a_jpeg_keeps_which_way_up_it_is_and_not_where_it_was_taken():
    kept = picture(jpeg(exif(orientation=6)))

    assert (kept.content_type, kept.width, kept.height) == ("image/jpeg", 16, 8)
    assert GPS not in kept.content
    assert picture(kept.content) == kept
    (orientation,) = struct.unpack_from(">H", kept.content, kept.content.index(b"MM\0*") + 18)
    assert orientation == 6


@pytest.mark.parametrize(
    "told",
    [
        jpeg(segment(0xFE, GPS)),
        jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + GPS)),
        jpeg(segment(0xE2, b"ICC_PROFILE\0" + GPS)),
        jpeg(segment(0xED, b"Photoshop 3.0\0" + GPS)),
        jpeg(segment(0xEE, b"Adobe" + GPS)),
        jpeg(tail=GPS),
        png(chunk(b"eXIf", GPS)),
        png(chunk(b"tEXt", b"Comment\0" + GPS)),
        png(tail=GPS),
        webp(riff(b"EXIF", GPS)),
        webp(riff(b"XMP ", GPS)),
    ],
)
def test_nothing_but_the_image_is_kept(told):
    assert GPS in told

    assert GPS not in picture(told).content


def test_what_is_kept_of_a_png_is_whole():
    assert picture(png()).content == png()


def test_a_webp_no_longer_promises_what_was_taken_out():
    kept = picture(webp(riff(b"EXIF", GPS)))

    assert (kept.content_type, kept.width, kept.height) == ("image/webp", 20, 10)
    assert kept.content == webp(flags=0)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        SVG,
        HTML,
        b"GIF89a" + HTML,
        b"\xff\xd8\xff" + HTML,
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"RIFF\xff\xff\xff\x00WEBP" + HTML,
        b"RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00",
        jpeg()[:-20],
        jpeg(frame=0xC9),
        jpeg(segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\x00")),
        png()[:-6],
        png().replace(b"IDAT", b"IDAX"),
        webp(flags=0x02),
        png() + bytes(MOST_BYTES),
    ],
)
def test_what_is_no_whole_image_is_refused(told):
    with pytest.raises(NoPicture):
        picture(told)


@pytest.mark.parametrize(
    "bomb",
    [
        png(width=60_000, height=60_000),
        png(width=2**31, height=1),
        png(width=0),
        jpeg(width=65_500, height=65_500),
        webp(width=11_000, height=11_000),
    ],
)
def test_an_image_that_would_fill_a_readers_memory_is_refused(bomb):
    with pytest.raises(NoPicture):
        picture(bomb)
