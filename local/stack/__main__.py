"""The stack of template.yaml on this machine: `python local/stack`.

Serves AWS's protocols on 127.0.0.1, deploys the template there with `sam deploy`, and puts one HTTP
address in front. Lives until it is interrupted, or with --until-eof until its standard input ends, so
that it cannot outlive the test that started it; nothing that it started outlives it.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading

import surroundings


def arguments():
    parser = argparse.ArgumentParser(prog="local/stack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the HTTP address; 0: any free one")
    parser.add_argument("--built", metavar="DIR", help="where the functions' zips are; without it, `cargo lambda watch` runs them")
    parser.add_argument("--apply", metavar="FILE", help="put these sources and destinations into it")
    parser.add_argument("--program", metavar="FILE", help="a tingting with `apply` to do that with; without it, cargo builds one")
    parser.add_argument("--show", type=int, metavar="PORT", help="print what destinations send there")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input, and speak JSON")
    return parser.parse_args()


async def run(options, folder):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if options.until_eof:

        def wait():
            # Not sys.stdin: its lock would be held when the interpreter ends.
            while os.read(0, 1024):
                pass
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=wait, daemon=True).start()

    # After the surroundings are set: they are read when these are imported.
    import deploy
    import server
    import show
    import watch

    closing = []
    try:
        served = server.Server(options.port)
        if options.show:
            closing.append(show.Sink(options.show).close)
    except surroundings.Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    serving = asyncio.create_task(served.serve(stop.wait))
    try:
        await until(stop, deploy.deploy, folder, options.built)
        stack = await until(stop, deploy.describe, served)
        if options.apply:
            await until(stop, show.apply, stack, options.apply, options.program)
        if not options.built:
            await until(stop, watch.start, served, stack)
        if options.until_eof:
            print(json.dumps(stack), flush=True)
        else:
            print(show.words(stack, options.apply), flush=True)
        await stop.wait()
        return 0
    except surroundings.Stopped:
        return 0
    except surroundings.Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    finally:
        stop.set()
        for close in reversed(closing):
            close()
        surroundings.end_children()
        await serving


async def until(stop, work, *args):
    """Does something that blocks, in a thread, unless we are told to stop first."""
    doing = asyncio.create_task(asyncio.to_thread(work, *args))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if doing.done():
        return doing.result()
    surroundings.end_children()
    await asyncio.wait({doing})
    doing.exception()
    raise surroundings.Stopped


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="tingting-stack-") as folder:
        surroundings.enter(folder)
        code = asyncio.run(run(options, folder))
    # Threads of the server's own would hold the process up.
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
