"""The chart of a campaign: what has to be seen is there."""
import pathlib
import tempfile
import types
import unittest
import xml.etree.ElementTree as ElementTree

from campaign.chart import write_chart


def request(sent, status, seconds=0.01):
    return types.SimpleNamespace(sent=sent, answered=sent + seconds, status=status, seconds=seconds)


class ChartTests(unittest.TestCase):
    def test_each_phase_and_each_kind_of_answer_is_drawn(self):
        reads = [request(100 + place / 4, 200) for place in range(40)]
        writes = [types.SimpleNamespace(requests=[request(100 + place / 4, status)]) for place, status in enumerate([201, 202, 503, 500] * 10)]
        episode = types.SimpleNamespace(name="away & <slow>", began=103, ended=106)
        stretch = types.SimpleNamespace(opened=104, closed=float("inf"), probes=[105])
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "chart.svg"
            write_chart(path, types.SimpleNamespace(began=100, reads=reads, writes=writes), [episode], [stretch])
            root = ElementTree.parse(path).getroot()
        texts = ["".join(element.itertext()) for element in root.iter()]
        for text in ("away & <slow>", "half-open", "3 s: 1 of 4 503 at once", "9 s: 1 of 4 anything else", "4 s: 4 of 4 done"):
            self.assertIn(text, texts)


if __name__ == "__main__":
    unittest.main()
