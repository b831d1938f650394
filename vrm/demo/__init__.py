"""The whole story, played against the running product: ``python -m vrm.demo``.

``__main__`` prepares an instance and starts the server; ``seed``, ``weeks``, ``past`` and ``offices`` fill it;
``story`` plays a person, a company, an auditor and the operator over real HTTP, with a stock OAuth library for the
company. Everybody in it is invented. It stands on top of the house and nothing imports it.
"""
