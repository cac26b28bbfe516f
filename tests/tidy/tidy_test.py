"""The style is a test: rules.py over the whole tree, and every rule over what it must and must not
find.

usage: tidy_test.py REPOSITORY
"""

import os
import pathlib
import re
import sys
import unittest

import rules
from source import code_only

ROOT = pathlib.Path()
SKIPPED = {".git", "build", "belay-data", "__pycache__", "node_modules", ".cache"}


def files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            yield path.relative_to(ROOT).as_posix(), path


def found(rule, text):
    return [line for line, _ in rule(text)]


class Tree(unittest.TestCase):
    def test_every_rule_holds_in_every_file(self):
        problems = []
        for name, path in files():
            wanted = [rule for rule in rules.RULES
                      if name.startswith(rule[2]) and name.endswith(rule[3])
                      and name not in rule[4]]
            if not wanted:
                continue
            text = path.read_text(encoding="utf-8")
            for rule_name, rule, *_ in wanted:
                problems += [f"{name}:{line}: {what} [{rule_name}]" for line, what in rule(text)]
        self.assertEqual(problems, [], "\n" + "\n".join(problems))

    def test_every_exception_is_needed(self):
        for rule_name, rule, _, _, exceptions in rules.RULES:
            for name, reason in exceptions.items():
                self.assertTrue(reason)
                path = ROOT / name
                self.assertTrue(path.exists(), f"{rule_name}: {name} is gone")
                self.assertTrue(found(rule, path.read_text(encoding="utf-8")),
                                f"{rule_name}: {name} needs no exception")

    def test_every_source_file_is_built(self):
        lists = {}
        for name, path in files():
            if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
                lists[path.parent] = lists.get(path.parent, "") + path.read_text(encoding="utf-8")
        for name, path in files():
            if path.suffix != ".cpp":
                continue
            # A list may name it without its ending, where a function of it adds that.
            whole_name = re.compile(rf"(?<![\w.]){re.escape(path.stem)}(?:\.cpp)?(?![\w.])")
            named = any(whole_name.search(lists.get(folder, "")) for folder in path.parents)
            self.assertTrue(named, f"{name} is in no CMakeLists.txt")


class CoAwait(unittest.TestCase):
    def test_shapes_that_every_compiler_gets_right(self):
        for good in (
                "co_await f();",
                "{ co_await f(a, 1); }",
                "auto x = co_await f(named);",
                "const auto x = co_await f(named);",
                "const auto& x = co_await f(named);",
                "auto [ec, n] = co_await op(asio::as_tuple(asio::deferred));",
                "x = co_await f();",
                "state.count = co_await f();",
                "self->state_ = co_await f();",
                "items[index] = co_await f();",
                "co_return co_await f();",
                "co_await socket_.async_wait(tcp::socket::wait_read, token);",
                "co_await std::move(task);",
                "co_await shard_.template next<int>(a);",
                "co_await named;",
                "std::string text = co_await f();",
                "const result<std::vector<int>> items = co_await f(named);",
                "const http::BodyPiece piece = co_await stream.read_body(room);",
                "Awaiter operator co_await() const noexcept { return Awaiter(frame_); }",
                "if (x) { co_await f(); }",
                "case Kind::a: co_await f();",
                "const auto n = co_await asio::this_coro::executor;",
                "// if (co_await f())\nco_await f();",
                'co_await f("if (co_await f())");',
                "auto size = co_await read(\n    socket, buffer,\n    token);",
        ):
            self.assertEqual(found(rules.co_await_shapes, good), [], good)

    def test_shapes_that_are_miscompiled_or_may_be(self):
        for bad in (
                "if (co_await f() != 1) {}",
                "while (co_await f()) {}",
                "switch (co_await f()) {}",
                "if (x && co_await f()) {}",
                "if (auto x = co_await f()) {}",
                "for (auto x : co_await f()) {}",
                "auto x = c ? co_await a() : co_await b();",
                "co_await (c ? a() : b());",
                "co_await f([s] { return s; });",
                "co_await co_spawn(ex, [s]() -> awaitable<void> { co_return; }, t);",
                "co_await f(Agg{.name = s});",
                "co_await f({1, 2, 3});",
                "Agg a{co_await x(), 2};",
                "co_return Agg{.n = co_await x()};",
                "auto x = (co_await f()).value();",
                "auto x = co_await f() + 1;",
                "auto x = 1 + co_await f();",
                "auto x = !co_await f();",
                "f(co_await g());",
                "co_await f(co_await g());",
                "return co_await f() == 2;",
                "Agg a = {co_await x()};",
                "if (x) co_await f();",
                "std::vector<int> v{co_await a(), co_await b()};",
        ):
            self.assertNotEqual(found(rules.co_await_shapes, bad), [], bad)


class Banned(unittest.TestCase):
    def check(self, rule, bad, good):
        for text in bad:
            self.assertNotEqual(found(rule, text), [], text)
        for text in (*good, *(f"// {text}" for text in bad), *(f"/* {text} */" for text in bad)):
            self.assertEqual(found(rule, text), [], text)

    def test_detached(self):
        self.check(rules.asio_detached, ["co_spawn(e, f(), asio::detached);", "g(detached);"],
                   ["is_detached(x);", 'f("detached");'])

    def test_clock(self):
        self.check(rules.reads_clock,
                   ["steady_clock::now();", "clock_gettime(CLOCK_REALTIME, &t);", "time(nullptr);",
                    "Clock::now ();"],
                   ["clock.wall();", "now();", "WallTime Lane::now() const {",
                    "expires_at(time_point);", "knowing();"])

    def test_disk(self):
        self.check(rules.touches_disk,
                   ["::write(fd, p, n);", "if (::open(path, O_RDONLY) < 0) {}", "fdatasync(fd);",
                    "::fsync(fd);", "std::ofstream out(path);", "std::filesystem::remove(path);",
                    "fopen(p, m);"],
                   ["sink.write(line);", "disk.open(path, options);", "Log::write(level);",
                    "LogSink::write(line);", "file->sync();"])

    def test_random(self):
        self.check(rules.random_source, ["std::random_device d;", "rand();", "std::rand();",
                                         "srand(1);", "getrandom(p, n, 0);"],
                   ["entropy.number();", "operand(1);", "strand(1);"])

    def test_sleep(self):
        self.check(rules.sleeps, ["std::this_thread::sleep_for(1ms);", "usleep(3);", "::sleep(1);"],
                   ["doorbell.sleep(1);", "may_sleep();"])


class Text(unittest.TestCase):
    def test_leftovers(self):
        for bad in ("// TODO: x", "FIXME", "int x;  // XXX", "# HACK"):
            self.assertEqual(found(rules.leftovers, "\n" + bad), [2], bad)
        self.assertEqual(found(rules.leftovers, "mkstemp(\"belay.XXXXXX\"); HACKED"), [])

    def test_columns(self):
        self.assertEqual(found(rules.long_lines, "x" * 100 + "\n" + "x" * 101), [2])
        self.assertEqual(found(rules.long_lines, "\u2026" * 100), [], "columns, not bytes")
        table = "// clang-format off: a table\n" + "x" * 140 + "\n" + "x" * 141
        self.assertEqual(found(rules.long_lines, table), [3])
        self.assertEqual(found(rules.long_lines, table + "\n// clang-format on\n" + "x" * 101),
                         [3, 5])

    def test_lines(self):
        self.assertEqual(found(rules.long_files, "\n" * 400), [])
        self.assertEqual(found(rules.long_files, "\n" * 401), [401])

    def test_pragma_once(self):
        self.assertEqual(found(rules.pragma_once, "// x\n#pragma once\n"), [])
        self.assertEqual(found(rules.pragma_once, "// #pragma once\n"), [1])

    def test_blanks(self):
        self.assertEqual(found(rules.blank_ends, "a\nb\n"), [])
        self.assertEqual(found(rules.blank_ends, "a \nb"), [1, 2])

    def test_memory_order(self):
        bare = "x.load(std::memory_order_acquire);"
        self.assertEqual(found(rules.bare_memory_order, bare), [1])
        with_reason = "// Acquire: pairs with the store.\n" + bare
        self.assertEqual(found(rules.bare_memory_order, with_reason), [])
        self.assertEqual(found(rules.bare_memory_order, "// far\n" + "\n" * 10 + bare), [12])


class Source(unittest.TestCase):
    def test_comments_and_literals_are_blank_and_lines_stay(self):
        text = ('int a = 1\'000; // one\n/* two\n */ f("a\\"b // c", \'"\', R"x(\n)y" )x") ;\n'
                "char c = '\\'';\n")
        code = code_only(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual(len(code), len(text))
        for word in ("one", "two", "a\\", "// c", ")y"):
            self.assertNotIn(word, code)
        for word in ("int a = 1'000;", "f(", "char c =", ";\n"):
            self.assertIn(word, code)


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
