"""One of two processes that ask for the same refund at once; started by test_refund_races.

Arguments: the shop's file, the number of threads, a prefix of keys or the one key. It reads an order id a line and
answers a JSON list: the refund's id for each call that got one, else "refused".
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.demo_shop.store import DemoShop
from tools.shop import RefundRefused, ShopUnavailable

PAID = 10_000


def ask(shop: DemoShop, order_id: str, key: str, start: threading.Barrier) -> str:
    start.wait()
    while True:
        try:
            return shop.refund(order_id, PAID, "EUR", key).refund_id
        except RefundRefused:
            return "refused"
        except ShopUnavailable as problem:  # busy: asked again with the same key, as the protocol says
            if problem.mend != "Ask again.":
                raise


def main(file: str, threads: int, key: str) -> None:
    shop = DemoShop(Path(file))
    start = threading.Barrier(threads)
    with ThreadPoolExecutor(threads) as pool:
        for order_id in map(str.strip, sys.stdin):
            keys = [f"{key}-{order_id}-{n}" if key != "same" else f"same-{order_id}" for n in range(threads)]
            calls = [pool.submit(ask, shop, order_id, one, start) for one in keys]
            print(json.dumps([call.result() for call in calls]), flush=True)
    shop.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
