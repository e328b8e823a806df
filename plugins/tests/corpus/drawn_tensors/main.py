from lib.mtensor import Mtensor

if __name__ == "__main__":
    Mtensor(3.0).draw()
