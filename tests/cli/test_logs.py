"""The log never fails whoever logs."""

import errno
import io

from shopkeeper.cli.logs import LossyLog


class Disk(io.StringIO):
    """A file on a disk that can be full."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_lines_that_a_full_disk_does_not_take_are_counted_and_told_when_it_takes_lines_again() -> None:
    disk = Disk()
    log = LossyLog(disk)
    log.write("one\n")
    disk.full = True
    assert [log.write("two\n"), log.write("three\n")] == [4, 6]
    disk.full = False
    log.write("four\n")
    log.flush()
    assert disk.getvalue() == 'one\n{"event": "log lines were lost", "lost": 2, "level": "warning"}\nfour\n'
