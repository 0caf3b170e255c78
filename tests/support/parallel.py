"""Many callers at the same moment."""
import threading
from concurrent.futures import ThreadPoolExecutor

START_WITHIN_S = 30


def at_once(count, call):
    """Runs call(0) to call(count - 1) in as many threads, let loose together; returns what they return."""
    barrier = threading.Barrier(count)

    def run(number):
        barrier.wait(START_WITHIN_S)
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def statuses(responses):
    """How often each status was answered."""
    counts = {}
    for response in responses:
        counts[response.status_code] = counts.get(response.status_code, 0) + 1
    return counts
