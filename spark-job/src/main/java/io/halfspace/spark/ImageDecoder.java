package io.halfspace.spark;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Image files to unsigned bytes in the order channel, row, column. An image of another size than the shape is refused
 * from its header, before any pixel is unpacked. One thread's own, as it keeps the reader of the last file.
 */
final class ImageDecoder implements AutoCloseable {
    private final int channels;
    private final int height;
    private final int width;
    private ImageReader reader;

    ImageDecoder(int[] shape) {
        channels = shape[0];
        height = shape[1];
        width = shape[2];
    }

    /** Writes channels x height x width bytes to {@code target} from {@code at} on. */
    void decode(byte[] file, int from, String name, byte[] target, int at) {
        BufferedImage image;
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(file, from, file.length - from))) {
            image = read(in, name);
        } catch (IOException | RuntimeException e) {
            if (e instanceof JobException known) {
                throw known;
            }
            throw new JobException(
                    ExitCode.DATA,
                    "Cannot decode %s: %s; expected a readable image".formatted(name, e.getMessage()),
                    e);
        }
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
            fromGrey(image.getRaster(), target, at);
        } else if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
            fromBgr(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), 3 * width, target, at);
        } else {
            fromRgb(image.getRGB(0, 0, width, height, new int[width * height], 0, width), target, at);
        }
    }

    private BufferedImage read(ImageInputStream in, String name) throws IOException {
        if (reader == null || !reader.getOriginatingProvider().canDecodeInput(in)) {
            close();
            Iterator<ImageReader> found = ImageIO.getImageReaders(in);
            if (!found.hasNext()) {
                throw new IOException("found no image format known here");
            }
            reader = found.next();
        }
        reader.setInput(in, true, true);
        checkSize(reader.getWidth(0), reader.getHeight(0), name);
        return reader.read(0);
    }

    private void checkSize(int foundWidth, int foundHeight, String name) {
        if (foundWidth != width || foundHeight != height) {
            throw JobException.data(
                    "Cannot use %s: found %dx%d pixels (width x height), expected %dx%d",
                    name, foundWidth, foundHeight, width, height);
        }
    }

    /** Samples as stored: BufferedImage.getRGB would apply a gamma curve to grey values. */
    private void fromGrey(Raster raster, byte[] target, int at) {
        int shift = raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT ? 8 : 0;
        int plane = height * width;
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                target[at + y * width + x] = (byte) (row[x] >> shift);
            }
        }
        for (int c = 1; c < channels; c++) {
            System.arraycopy(target, at, target, at + c * plane, plane);
        }
    }

    private void fromRgb(int[] pixels, byte[] target, int at) {
        for (int i = 0; i < pixels.length; i++) {
            put(pixels[i] >> 16 & 0xff, pixels[i] >> 8 & 0xff, pixels[i] & 0xff, target, at + i);
        }
    }

    private void put(int red, int green, int blue, byte[] target, int at) {
        if (channels == 1) {
            target[at] = luma(red, green, blue);
        } else {
            int plane = height * width;
            target[at] = (byte) red;
            target[at + plane] = (byte) green;
            target[at + 2 * plane] = (byte) blue;
        }
    }

    /** The weights of ITU-R BT.601, as JPEG itself uses them. */
    private static byte luma(int red, int green, int blue) {
        return (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
    }

    private void fromBgr(byte[] pixels, int stride, byte[] target, int at) {
        for (int y = 0; y < height; y++) {
            int p = y * stride;
            for (int x = 0; x < width; x++, p += 3) {
                put(pixels[p + 2] & 0xff, pixels[p + 1] & 0xff, pixels[p] & 0xff, target, at + y * width + x);
            }
        }
    }

    /** Converts rows of interleaved bytes as Spark's image source has them: grey, BGR or BGRA. */
    void interleaved(byte[] pixels, int foundWidth, int foundHeight, int samples, String name, byte[] target) {
        checkSize(foundWidth, foundHeight, name);
        if ((samples != 1 && samples != 3 && samples != 4) || pixels.length != samples * height * width) {
            throw JobException.data(
                    "Cannot use %s: found %d bytes and %d channels, expected %dx%d pixels of 1, 3 or 4 bytes",
                    name, pixels.length, samples, width, height);
        }
        for (int i = 0, p = 0; i < height * width; i++, p += samples) {
            if (samples > 1) {
                put(pixels[p + 2] & 0xff, pixels[p + 1] & 0xff, pixels[p] & 0xff, target, i);
            } else {
                for (int c = 0; c < channels; c++) {
                    target[i + c * height * width] = pixels[p];
                }
            }
        }
    }

    static boolean isImage(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".jpg")
                || lower.endsWith(".jpeg")
                || lower.endsWith(".png")
                || lower.endsWith(".bmp")
                || lower.endsWith(".gif");
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.dispose();
            reader = null;
        }
    }
}
