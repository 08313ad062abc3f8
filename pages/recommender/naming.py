"""What the screen calls videos, channels, users and searches."""

from __future__ import annotations

from engine.recommender.site import names, wordings
from engine.recommender.site.vocabulary import Site
from pages.ui.language import language


def title(site: Site, video: int) -> str:
    """A video's title; its id in a user's own log."""
    if site.world.titles:
        return site.world.titles[video]
    videos = site.world.videos
    bait, minutes = float(videos.bait[video]), float(videos.minutes[video])
    return names.video_title(video, int(videos.topic[video]), bait, minutes, language())


def channel(site: Site, video: int) -> str:
    """A video's channel; "" in a user's own log, which has numbers alone."""
    if site.world.titles:
        return ""
    videos = site.world.videos
    return names.channel_name(int(videos.channel[video]), int(videos.topic[video]), language())


def topic(number: int) -> str:
    """A topic's name."""
    return wordings.TOPIC_NAMES[language()][number]


def user(site: Site, number: int) -> str:
    """A user's name and age; the id in a user's own log."""
    if site.world.people:
        return site.world.people[number]
    return names.user_name(number, int(site.world.users.age[number]), language())


def taste(site: Site, number: int) -> str:
    """The topic that a user likes best; "" in a user's own log."""
    return "" if site.world.people else topic(int(site.world.users.taste[number].argmax()))


ICONS = (
    "restaurant", "sports_soccer", "chess", "yard", "rocket_launch", "music_note", "luggage", "account_balance", "sports_esports",
    "calculate", "pets", "content_cut", "sports_gymnastics", "photo_camera", "code", "fitness_center",
)  # fmt: skip
"""(TOPICS,) signs in Material Symbols, the font that Streamlit brings."""


def icon(site: Site, number: int) -> str:
    """The sign of the topic that a user likes best; of nobody in particular in a user's own log."""
    return "person" if site.world.people else ICONS[int(site.world.users.taste[number].argmax())]


def spoken(number: int) -> str:
    """A language of users and videos."""
    return wordings.LANGUAGE_NAMES[language()][number]


def search(token: int) -> str:
    """The word behind a search token."""
    return names.search_word(token, language())
