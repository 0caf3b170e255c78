"""How much is run: all of it, or what fits into some minutes."""
import dataclasses

MILLION = 1_000_000
HUNDRED_THOUSAND = 100_000
THOUSAND = 1_000
CONNECTIONS = (32, 250)


@dataclasses.dataclass(frozen=True)
class Plan:
    quick: bool
    named: bool  # the groups were asked for by name: then nothing is left out of them

    @property
    def pairs(self):
        return 1 if self.quick else 3

    @property
    def seconds(self):
        return 1 if self.quick else 4

    @property
    def connections(self):
        return CONNECTIONS[1:] if self.quick else CONNECTIONS

    @property
    def with_million(self):
        """Whether the shops of a million products are looked at."""
        return self.named or not self.quick
