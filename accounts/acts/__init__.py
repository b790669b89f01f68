"""What every act shares."""
