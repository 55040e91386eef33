# SPDX-License-Identifier: Apache-2.0
import sys
import time


def list_ships(count, first):
    return [first + number for number in range(count)]


def weigh(ships):
    return [3 * ship for ship in ships]


def report(weights, title):
    return {"title": title, "total": sum(weights), "ships": len(weights)}


def echo(berth, depth):
    return {"berth": berth, "depth": depth}


def wait(seconds):
    time.sleep(seconds)
    return seconds


def sink(seconds):
    raise ValueError("the ship\nsank")


def vanish(seconds):
    raise RuntimeError


def quit_all(seconds):
    sys.exit(3)
