"""The pictures of a campaign as a chart (SVG): what share of each second's reads and commands was answered, and how long that took, with the
times in which something was done to Kafka's connections."""
import html
import math

from .picture import median, p99

LEFT, WIDTH, RIGHT, TOP = 110, 1000, 130, 60
#: Of a row, and of the gap below it.
HEIGHT, GAP = 110, 34
#: In ms: what the rows of latency reach from and to.
FASTEST, SLOWEST = 1, 30_000
SHARES = {
    "done": ("#2f9e62", lambda one: one.status in (200, 201)), "accepted": ("#e5b84b", lambda one: one.status == 202),
    "503 at once": ("#b9bec6", lambda one: one.status == 503),
    "anything else": ("#c92a2a", lambda one: one.status not in (200, 201, 202, 503)),
}
CIRCUIT = {"closed": "#2f9e62", "half-open": "#e5b84b", "open": "#c92a2a"}
LINES = {"p99": ("#1f5fa8", p99), "median": ("#7fb0e0", median)}


def write_chart(path, traffic, episodes, stretches):
    commands = [request for write in traffic.writes for request in write.requests]
    seconds = int(max(request.sent for request in traffic.reads) - traffic.began) + 1
    chart = _Chart(traffic.began, seconds)
    chart.mark(episodes)
    for name, requests in (("reads", traffic.reads), ("commands", commands)):
        by_second = [[] for _ in range(seconds)]
        for one in requests:
            if one.answered and 0 <= one.sent - traffic.began < seconds:
                by_second[int(one.sent - traffic.began)].append(one)
        chart.draw_shares(f"{name}: how they were answered, % of each second's", by_second)
        chart.draw_latency(f"{name}: latency, ms", by_second)
    chart.draw_circuit(stretches)
    path.write_text(chart.text())


class _Chart:
    def __init__(self, began, seconds):
        self.began, self.seconds, self.row, self.parts = began, seconds, 0, []
        self.bottom = TOP + 4 * (HEIGHT + GAP) + 40

    def x(self, second):
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(second, 0), self.seconds) / self.seconds

    @property
    def top(self):
        return TOP + self.row * (HEIGHT + GAP)

    def rectangle(self, begin, end, top, height, color, title=""):
        width = max(self.x(end) - self.x(begin), 0)
        self.parts.append(f'<rect x="{self.x(begin):.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}">'
                          f"<title>{html.escape(title)}</title></rect>")

    def write(self, x, y, text, anchor="start", color="#333", size=12):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" font-size="{size}">{html.escape(text)}</text>')

    def line(self, points, color, width=1.5):
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{text}" fill="none" stroke="{color}" stroke-width="{width}"/>')

    def mark(self, episodes):
        """What was done, behind all rows."""
        for episode in episodes:
            begin, end = episode.began - self.began, episode.ended - self.began
            self.rectangle(begin, end, TOP - 14, self.bottom - TOP + 14, "#f3e3e3", episode.name)
            self.write((self.x(begin) + self.x(end)) / 2, TOP - 20, episode.name, "middle")

    def frame(self, name, ticks):
        """Ticks are heights, from 0 to 1, and what they say."""
        self.write(LEFT, self.top - 5, name, size=12)
        for place, text in ticks:
            y = self.top + HEIGHT * (1 - place)
            self.line([(LEFT, y), (WIDTH - RIGHT, y)], "#d5d5d5", 0.7)
            self.write(LEFT - 8, y + 4, text, "end", size=11)

    def legend(self, names):
        for place, (name, color) in enumerate(names):
            y = self.top + 12 + place * 17
            self.parts.append(f'<rect x="{WIDTH - RIGHT + 12}" y="{y - 9}" width="11" height="11" fill="{color}"/>')
            self.write(WIDTH - RIGHT + 28, y, name, size=11)

    def draw_shares(self, name, by_second):
        for second, requests in enumerate(by_second):
            bottom = self.top + HEIGHT
            for share, (color, is_one) in SHARES.items():
                count = sum(map(is_one, requests))
                height = HEIGHT * count / max(1, len(requests))
                if count:
                    self.rectangle(second, second + 1, bottom - height, height, color, f"{second} s: {count} of {len(requests)} {share}")
                bottom -= height
        self.frame(name, [(0, "0"), (0.5, "50"), (1, "100")])
        self.legend([(share, color) for share, (color, _) in SHARES.items()])
        self.row += 1

    def draw_latency(self, name, by_second):
        def height(ms):
            return math.log(min(max(ms, FASTEST), SLOWEST) / FASTEST) / math.log(SLOWEST / FASTEST)

        self.frame(name, [(height(ms), f"{ms}") for ms in (1, 10, 100, 1000, 10_000)])
        for color, figure in LINES.values():
            points = [(self.x(second + 0.5), self.top + HEIGHT * (1 - height(figure(requests) * 1000)))
                      for second, requests in enumerate(by_second) if requests]
            self.line(points, color)
        self.legend([(line, color) for line, (color, _) in LINES.items()])
        self.row += 1

    def draw_circuit(self, stretches):
        self.write(LEFT, self.top - 5, "circuit, and seconds")
        self.rectangle(0, self.seconds, self.top, 12, CIRCUIT["closed"], "closed")
        for stretch in stretches:
            closed = min(stretch.closed - self.began, self.seconds)
            self.rectangle(stretch.opened - self.began, closed, self.top, 12, CIRCUIT["open"], "open")
            for probe in stretch.probes:
                self.rectangle(probe - self.began, probe - self.began + 0.3, self.top, 12, CIRCUIT["half-open"], "half-open")
        self.legend(CIRCUIT.items())
        for second in range(0, self.seconds + 1, 10):
            self.write(self.x(second), self.top + 28, f"{second}", "middle", size=11)

    def text(self):
        height = self.bottom + 20
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
                'font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n'
                + f'<text x="{LEFT}" y="20" font-size="15" fill="#111">A gateway whose Kafka goes away and comes back</text>\n'
                + "\n".join(self.parts) + "\n</svg>\n")
