"""Networks: a torso that sees, language that reads, perhaps a core that remembers, a head that acts, and a critic.

NetworkSpec says how one is made and Network is it; the parts are in torsos/, cores/ and heads/.
"""

from ..needs import learning

learning()

from .spec import Network, NetworkSpec  # noqa: E402  not before the sentence that says what is missing

__all__ = ["Network", "NetworkSpec"]
