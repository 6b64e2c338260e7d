"""Run with: python3 -m unittest discover -s Tests/Chaos -t Tests/Chaos"""
