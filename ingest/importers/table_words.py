"""What columns of tables are usually called in German, Italian, French and Spanish.

Written without accents, as `table_columns.spelt` compares them. A word that leaves the unit open
("Geschwindigkeit", "Cadenza") is known only with its unit behind it; one that has another meaning
elsewhere ("Tempo" is a pace in German and a time in Italian) is not known at all.
"""

from __future__ import annotations

SPEEDS = ("geschwindigkeit", "velocita", "vitesse", "velocidad")
CADENCES = ("kadenz", "cadenza", "cadencia")
WEIGHTS = ("gewicht", "korpergewicht", "peso", "peso_corporeo", "peso_corporal", "poids")

_BEATS = ("bpm", "1_min", "schlage_min", "battiti_min", "bat_min", "lpm", "ppm", "latidos_min")
_STEPS = (
    *("spm", "schritte_min", "schritte_pro_minute", "passi_min", "passi_al_minuto"),
    *("pas_min", "pas_par_minute", "pasos_min", "pasos_por_minuto"),
)
_TURNS = ("rpm", "u_min", "tr_min", "giri_min")
_KMH = ("kmh", "km_h", "kph")


def _with(words: tuple[str, ...], units: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{word}_{unit}" for word in words for unit in units)


_HEARTS = (
    *("herzfrequenz", "herzschlag", "puls", "pulsfrequenz", "frequenza_cardiaca"),
    *("frequence_cardiaque", "frecuencia_cardiaca", "ritmo_cardiaco"),
)
_POWERS = ("leistung", "potenza", "puissance", "potencia")
_CRANKS = ("trittfrequenz", "cadenza_di_pedalata", "cadence_de_pedalage", "cadencia_de_pedaleo")
_OF_STEPS = ("schrittfrequenz",)

_BY_KEY: dict[str, tuple[str, ...]] = {
    "time": (
        *("zeit", "zeitpunkt", "zeitstempel", "datum_zeit", "datum_uhrzeit", "datum_und_uhrzeit"),
        *("data_ora", "data_e_ora", "date_heure", "date_et_heure", "horodatage"),
        *("fecha_hora", "fecha_y_hora"),
    ),
    "date": ("datum", "data", "giorno", "fecha"),
    "time_of_day": ("uhrzeit", "ora", "orario", "heure", "hora"),
    "steps": (
        *("schritte", "schrittzahl", "anzahl_schritte", "passi", "numero_di_passi"),
        *("pas", "nombre_de_pas", "pasos", "numero_de_pasos"),
    ),
    "heart_rate_bpm": (*_HEARTS, *_with(_HEARTS, _BEATS)),
    "power_w": (*_POWERS, *_with(_POWERS, ("w", "watt", "watts"))),
    "cadence_spm": (
        *_OF_STEPS,
        *_with((*_OF_STEPS, "cadence", *CADENCES), _STEPS),
    ),
    "crank_cadence_rpm": (*_CRANKS, *_with((*_CRANKS, *CADENCES), _TURNS), "cadence_tr_min"),
    "speed_kmh": _with(SPEEDS, _KMH),
    "speed_mps": _with(SPEEDS, ("m_s", "mps")),
    "body_mass_kg": _with(WEIGHTS, ("kg",)),
}
WORDS = {name: key for key, names in _BY_KEY.items() for name in names}
"""Key of what is meant, by name."""
