"""What was found, as tables that people read."""

from collections.abc import Iterator

from bench.side_by_side.batch import Batch
from bench.side_by_side.contest import UNSTEADY, Result, Row
from bench.side_by_side.revoking import Revoking
from bench.side_by_side.rows import Found
from bench.side_by_side.targets import verdicts


def contest(found: Found, row: str) -> str:
    """What came of one of the ``ROWS``."""
    return "\n".join(_lines(found, row))


def promises(found: Found) -> str:
    """Which promises are kept on one engine."""
    lines = [f"\n{found.engine}: promises"]
    for each in verdicts(found):
        said = "" if each.found is None else f"{each.found:.3g}"
        lines.append(f"  {each.promise:<56}{each.bound} {each.wanted:<6g}{said:>9}  {each.word}")
    return "\n".join(lines)


def _lines(found: Found, row: str) -> Iterator[str]:
    if row in found.left_out:
        yield f"\n{found.engine}: {row} is left out: {found.left_out[row]}"
        return
    if row in found.contests:
        yield from _contest(found.engine, found.contests[row])
    if row == "batch" and found.batch:
        yield from _batch(found.engine, found.batch)
    if row == "revoke" and found.revoking:
        yield from _revoking(found.engine, found.revoking)
    yield f"  {found.lags[row]:.2f} seconds after the end a checkpoint covered all of it"


def _batch(engine: str, batch: Batch) -> Iterator[str]:
    first, most = batch.memory[0] / 2**20, max(batch.memory) / 2**20
    yield f"\n{engine}: batch, {batch.requests} requests of {batch.consents} consents"
    told = f"one stream alone {batch.stream_values:,.0f}   single reads {batch.single_values:,.0f}"
    yield f"  values a second {batch.batch_values:>10,.0f}   {told}"
    yield f"  first line      {batch.first_ms:>7,.1f} ms   99 of 100 within {batch.first_ms_p99:,.1f} ms"
    yield f"  memory          {first:>6,.0f} MiB   at most {most:,.0f} MiB"


def _revoking(engine: str, found: Revoking) -> Iterator[str]:
    yield f"\n{engine}: {found.trials} consents revoked, half of the replies within {found.reply_ms_p50:.1f} ms"
    yield f"  reads that started after the reply  {found.reads_after:>7,}   answered: {found.answered_after}"
    yield f"  the same in a stream of many        {found.streamed_after:>7,}   answered: {found.streamed_answered_after}"


def _contest(engine: str, result: Result) -> Iterator[str]:
    bare = result.rows[0]
    yield f"\n{engine}: {result.title}, {result.connections} connections"
    if not result.steady:
        yield (
            f"  The loads of the bare route lie {result.spread:.0%} apart, more than {UNSTEADY:.0%}: the machine is too"
            " unsteady to compare, and no ratio is given."
        )
    yield (
        f"  {'':<28}{'req/s':>9}{'x bare':>8}{'p50 ms':>9}{'p99 ms':>9}{'x bare':>8}{'us each':>9}{'failed':>8}"
        "  does not do"
    )
    for row in result.rows:
        yield _row(row, bare, steady=result.steady)
    runs = "; ".join(f"{row.name} {', '.join(f'{rate:,.0f}' for rate in row.rates)}" for row in result.rows)
    yield f"  loads: {runs}"


def _row(row: Row, bare: Row, *, steady: bool) -> str:
    faster = f"{row.rate / bare.rate:.3f}" if steady else "-"
    later = f"{row.p99 / bare.p99:.1f}" if steady else "-"
    return (
        f"  {row.name:<28}{row.rate:>9,.0f}{faster:>8}{row.p50:>9.2f}{row.p99:>9.1f}{later:>8}"
        f"{row.processor_us:>9,.0f}{row.failed:>8,}  {row.lacks}"
    )
