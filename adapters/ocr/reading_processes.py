"""The processes of a reading pool: one has the GPU, the others read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from adapters.ocr.bundles import Bundle
from adapters.ocr.child_process import Channel, ChildProcess
from adapters.ocr.process_messages import ModelFacts, Setup
from adapters.ocr.shared_pixels import SharedPixels
from schemas.errors import ModelUnavailable


@dataclass(slots=True, eq=False)
class ReadingProcess:
    """A process that reads.

    Attributes:
        child: the process.
        pixels: memory in which it is given pictures.
        images: numbers of those that it has now.
        starting: it has not said yet that it is there.
    """

    child: ChildProcess
    pixels: SharedPixels
    images: list[int] = field(default_factory=list)
    starting: bool = True

    def end(self) -> None:
        """Ends it, whatever it does."""
        self.child.end()
        self.pixels.close()


class ReadingProcesses:
    """A process that has the GPU and some that read, which end with this object."""

    def __init__(self, bundle: Bundle, folder: Path, provider: str, workers: int) -> None:
        """Starts them all.

        Raises:
            ModelUnavailable: a model does not do what its bundle says, or not on this provider.
        """
        self._setup = Setup(bundle, folder, provider)
        self.readers: list[ReadingProcess] = []
        self.gpu = ChildProcess("adapters.ocr.gpu_process")
        try:
            self.gpu.channel.send(self._setup)
            facts = self.gpu.channel.receive()
        except (EOFError, ConnectionError):
            status = self.gpu.how_it_ended()
            self.end()
            raise ModelUnavailable(f"The process that opens {bundle.label} on {provider} ended with status {status}: its words "
                                   "are above") from None
        if not isinstance(facts, ModelFacts):
            self.end()
            raise facts
        self.facts = facts
        for _ in range(workers):
            self.start_reader()

    def start_reader(self) -> None:
        """Starts one that reads and makes it known to the GPU's process."""
        reader = ReadingProcess(ChildProcess("adapters.ocr.reading_worker"), SharedPixels())
        self.readers.append(reader)
        between = SharedPixels()
        one, other = Channel.pair()
        try:
            reader.child.channel.send(self._setup)  # small: a socket keeps it, and nobody waits until the process has started
            reader.child.channel.send_descriptors(other.descriptor, between.descriptor, reader.pixels.descriptor)
            self.gpu.channel.send_descriptors(one.descriptor, between.descriptor)
        except ConnectionError:
            pass  # one of them is gone already: whoever waits for its answer sees it
        finally:
            one.close()
            other.close()
            between.close()

    def end_reader(self, reader: ReadingProcess) -> None:
        """Ends one that reads."""
        self.readers.remove(reader)
        reader.end()

    def end(self) -> None:
        """Ends all of them, now."""
        for reader in list(self.readers):
            self.end_reader(reader)
        self.gpu.end()
