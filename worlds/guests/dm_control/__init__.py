"""The doors to dm_control: its control suite ("control/…") and its manipulation tasks ("arm/…")."""
